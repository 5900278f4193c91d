/** A 2D context that writes SVG: what a mark draws, as a text that can be compared and looked at. */

type Matrix = readonly [x: number, y: number];
interface State {
  fillStyle: string;
  strokeStyle: string;
  globalAlpha: number;
  lineWidth: number;
  font: string;
  textAlign: string;
  dash: readonly number[];
  origin: Matrix;
  clips: number;
}

const round = (value: number) => Number(value.toFixed(2));

export class SvgContext {
  fillStyle = "#000";
  strokeStyle = "#000";
  globalAlpha = 1;
  lineWidth = 1;
  font = "";
  textAlign = "left";
  textBaseline = "alphabetic";
  readonly #parts: string[] = [];
  readonly #saved: State[] = [];
  #origin: Matrix = [0, 0];
  #dash: readonly number[] = [];
  #path: string[] = [];
  #rect = "";
  #clips = 0;
  #made = 0;

  svg(width: number, height: number): string {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">\n${this.#parts.join("\n")}\n</svg>\n`;
  }

  save(): void {
    const { fillStyle, strokeStyle, globalAlpha, lineWidth, font, textAlign } = this;
    const own = { dash: this.#dash, origin: this.#origin, clips: this.#clips };
    this.#saved.push({ fillStyle, strokeStyle, globalAlpha, lineWidth, font, textAlign, ...own });
  }
  restore(): void {
    const { dash, origin, clips, ...plain } = this.#saved.pop()!;
    for (; this.#clips > clips; this.#clips--) this.#parts.push("</g>");
    Object.assign(this, plain);
    [this.#dash, this.#origin] = [dash, origin];
  }
  translate(x: number, y: number): void {
    this.#origin = [this.#origin[0] + x, this.#origin[1] + y];
  }
  setLineDash(dash: readonly number[]): void {
    this.#dash = dash;
  }
  clearRect(): void {}
  beginPath(): void {
    [this.#path, this.#rect] = [[], ""];
  }
  moveTo(x: number, y: number): void {
    this.#path.push(`M${this.#at(x, y).join(" ")}`);
  }
  lineTo(x: number, y: number): void {
    this.#path.push(`L${this.#at(x, y).join(" ")}`);
  }
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void {
    this.#path.push(`Q${this.#at(cx, cy).join(" ")} ${this.#at(x, y).join(" ")}`);
  }
  /** Whole circles only. */
  arc(x: number, y: number, radius: number): void {
    const [left, right] = [this.#at(x - radius, y), this.#at(x + radius, y)].map((at) =>
      at.join(" "),
    );
    const half = `A${round(radius)} ${round(radius)} 0 1 0`;
    this.#path.push(`M${left}${half} ${right}${half} ${left}`);
  }
  closePath(): void {
    this.#path.push("Z");
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.#rect = this.#box(x, y, width, height);
  }
  clip(): void {
    this.#made += 1;
    this.#parts.push(
      `<clipPath id="c${this.#made}"><rect ${this.#rect}/></clipPath><g clip-path="url(#c${this.#made})">`,
    );
    this.#clips += 1;
  }
  fill(): void {
    this.#parts.push(`<path d="${this.#path.join("")}" ${this.#paint("fill")}/>`);
  }
  fillRect(x: number, y: number, width: number, height: number): void {
    this.#parts.push(`<rect ${this.#box(x, y, width, height)} ${this.#paint("fill")}/>`);
  }
  stroke(): void {
    this.#parts.push(`<path d="${this.#path.join("")}" ${this.#line()}/>`);
  }
  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#parts.push(`<rect ${this.#box(x, y, width, height)} ${this.#line()}/>`);
  }
  fillText(text: string, x: number, y: number): void {
    const [left, top] = this.#at(x, y);
    const anchor = { left: "start", right: "end", center: "middle" }[this.textAlign];
    const place = `x="${left}" y="${top}" text-anchor="${anchor}" dominant-baseline="central"`;
    this.#parts.push(
      `<text ${place} style="font:${this.font}" ${this.#paint("fill")}>${text}</text>`,
    );
  }

  #at(x: number, y: number): [number, number] {
    return [round(x + this.#origin[0]), round(y + this.#origin[1])];
  }
  #box(x: number, y: number, width: number, height: number): string {
    const [left, top] = this.#at(x, y);
    return `x="${left}" y="${top}" width="${round(width)}" height="${round(height)}"`;
  }
  #line(): string {
    const dash = this.#dash.length ? ` stroke-dasharray="${this.#dash.join(" ")}"` : "";
    return `fill="none" ${this.#paint("stroke")} stroke-width="${this.lineWidth}"${dash}`;
  }
  #paint(what: "fill" | "stroke"): string {
    const alpha = this.globalAlpha === 1 ? "" : ` ${what}-opacity="${this.globalAlpha}"`;
    return `${what}="${what === "fill" ? this.fillStyle : this.strokeStyle}"${alpha}`;
  }
}
