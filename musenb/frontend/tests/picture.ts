/** A 2D context that writes an SVG: golden pictures of the marks that a person can open. Numbers to a tenth of a pixel. */

const STATE = [
  "fillStyle",
  "strokeStyle",
  "lineWidth",
  "globalAlpha",
  "font",
  "textAlign",
  "textBaseline",
  "dash",
] as const;
const ANCHOR: Record<string, string> = { left: "start", center: "middle", right: "end" };
const BASELINE: Record<string, string> = { alphabetic: "auto", middle: "central", top: "hanging" };

/** Pixels in place of a canvas: `drawImage` draws a square for each. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

const n = (value: number): string => String(Number(value.toFixed(1)));
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

export class SvgContext {
  fillStyle = "#000";
  strokeStyle = "#000";
  lineWidth = 1;
  globalAlpha = 1;
  font = "10px sans-serif";
  textAlign = "left";
  textBaseline = "alphabetic";
  imageSmoothingEnabled = true;
  lineCap = "butt";
  dash: number[] = [];
  #path: string[] = [];
  #rect = "";
  #clips = 0;
  readonly #out: string[] = [];
  readonly #stack: { values: unknown[]; clip: boolean }[] = [];

  get context(): CanvasRenderingContext2D {
    return this as unknown as CanvasRenderingContext2D;
  }

  svg(width: number, height: number, paper: string): string {
    const background = `<rect width="100%" height="100%" fill="${paper}"/>`;
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">\n${background}\n${this.#out.join("\n")}\n</svg>\n`;
  }

  save(): void {
    this.#stack.push({ values: STATE.map((name) => this[name]), clip: false });
  }
  restore(): void {
    const top = this.#stack.pop();
    STATE.forEach((name, place) => Object.assign(this, { [name]: top?.values[place] }));
    if (top?.clip) this.#out.push("</g>");
  }
  clip(): void {
    const id = `clip${++this.#clips}`;
    this.#out.push(
      `<clipPath id="${id}"><rect ${this.#rect}/></clipPath><g clip-path="url(#${id})">`,
    );
    const top = this.#stack.at(-1);
    if (top) top.clip = true;
  }
  setLineDash(dash: number[]): void {
    this.dash = dash;
  }
  clearRect(): void {}
  beginPath(): void {
    this.#path = [];
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.#rect = this.#box(x, y, width, height);
  }
  moveTo(x: number, y: number): void {
    this.#path.push(`M${n(x)} ${n(y)}`);
  }
  lineTo(x: number, y: number): void {
    this.#path.push(`L${n(x)} ${n(y)}`);
  }
  quadraticCurveTo(x1: number, y1: number, x: number, y: number): void {
    this.#path.push(`Q${n(x1)} ${n(y1)} ${n(x)} ${n(y)}`);
  }
  arc(x: number, y: number, r: number): void {
    this.#path.push(
      `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 0 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 0 ${n(-2 * r)} 0`,
    );
  }
  stroke(): void {
    if (this.#path.length)
      this.#out.push(`<path d="${this.#path.join("")}" fill="none" ${this.#line()}/>`);
  }
  fill(): void {
    this.#out.push(`<path d="${this.#path.join("")}" ${this.#fill()}/>`);
  }
  fillRect(x: number, y: number, width: number, height: number): void {
    this.#out.push(`<rect ${this.#box(x, y, width, height)} ${this.#fill()}/>`);
  }
  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#out.push(`<rect ${this.#box(x, y, width, height)} fill="none" ${this.#line()}/>`);
  }
  measureText(text: string): { width: number } {
    return {
      width: 0.55 * Number.parseFloat(/([\d.]+)px/.exec(this.font)?.[1] ?? "10") * text.length,
    };
  }
  fillText(text: string, x: number, y: number): void {
    const place = `x="${n(x)}" y="${n(y)}" text-anchor="${ANCHOR[this.textAlign]}" dominant-baseline="${BASELINE[this.textBaseline]}"`;
    this.#out.push(
      `<text ${place} style="font:${this.font}" ${this.#fill()}>${escaped(text)}</text>`,
    );
  }
  drawImage(image: Pixels, x: number, y: number, width: number, height: number): void {
    const [across, down] = [width / image.width, height / image.height];
    for (let place = 0; place < image.width * image.height; place++) {
      const [r, g, b, a] = image.data.subarray(4 * place, 4 * place + 4);
      if (!a) continue;
      const at = this.#box(
        x + (place % image.width) * across,
        y + Math.floor(place / image.width) * down,
        across,
        down,
      );
      this.#out.push(`<rect ${at} fill="rgb(${r} ${g} ${b})"/>`);
    }
  }

  #box(x: number, y: number, width: number, height: number): string {
    return `x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"`;
  }
  #fill(): string {
    return `fill="${this.fillStyle}"${this.#faded()}`;
  }
  #line(): string {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    return `stroke="${this.strokeStyle}" stroke-width="${n(this.lineWidth)}"${dash}${this.#faded()}`;
  }
  #faded(): string {
    return this.globalAlpha < 1 ? ` opacity="${this.globalAlpha}"` : "";
  }
}
