import { expect, test } from "vitest";
import {
  GENERATED_ON_DARK,
  GENERATED_ON_LIGHT,
  LIKELY_ON_DARK,
  VOICES_ON_DARK,
} from "../../src/core/palette";
import { readTheme } from "../../src/core/theme";

function rootOn(light: string): HTMLElement {
  document.body.dataset.jpThemeLight = light;
  return document.body.appendChild(document.createElement("section"));
}

test("generated notes have one colour, on canvases and in styles", () => {
  const root = rootOn("true");
  expect(readTheme(root).generated).toBe(GENERATED_ON_LIGHT);
  expect(root.style.getPropertyValue("--mnb-generated")).toBe(GENERATED_ON_LIGHT);
  delete document.body.dataset.jpThemeLight;
});

test("a dark page has colours of its own", () => {
  const root = rootOn("false");
  const theme = readTheme(root);
  expect([theme.generated, theme.likely, theme.voices]).toEqual([
    GENERATED_ON_DARK,
    LIKELY_ON_DARK,
    VOICES_ON_DARK,
  ]);
  expect(root.style.getPropertyValue("--mnb-likely")).toBe(LIKELY_ON_DARK);
  delete document.body.dataset.jpThemeLight;
});
