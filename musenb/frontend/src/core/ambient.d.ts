// What build.mjs turns into text, and what the DOM's types do not have yet.
declare module "*.css" {
  const text: string;
  export default text;
}
declare module "raw:*" {
  const text: string;
  export default text;
}
