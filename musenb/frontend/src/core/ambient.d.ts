// Module declarations of what build.mjs turns into text.
declare module "*.css" {
  const text: string;
  export default text;
}
declare module "raw:*" {
  const text: string;
  export default text;
}
