// Elements from text: nothing that a scan or a server says is ever read as markup.

type Child = Node | string | null | false;

export function element(name: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children.filter((child): child is Node | string => child !== null && child !== false));
  return made;
}

/** A status as a shape of its own, so that it does not rest on colour. */
export function shape(severity: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 40 40");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("part", "shape");
  for (const [fill, d] of SHAPES[severity] ?? SHAPES["cannot-tell"] ?? []) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", fill);
    svg.append(path);
  }
  return svg;
}

const SVG = "http://www.w3.org/2000/svg";
const CIRCLE = "M20 2a18 18 0 1 0 0 36 18 18 0 0 0 0-36z";
const SHAPES: Record<string, [string, string][]> = {
  ok: [["body", CIRCLE], ["mark", "M16.6 28.8 9 21.2l2.8-2.8 4.8 4.7L28.2 11.5l2.8 2.9z"]],
  warn: [["body", "M20 3 39 37H1z"], ["mark", "M18 14h4v12h-4zM18 29h4v4h-4z"]],
  bad: [["body", "M12.5 2h15L38 12.5v15L27.5 38h-15L2 27.5v-15z"], ["mark", "m13 10 7 7 7-7 3 3-7 7 7 7-3 3-7-7-7 7-3-3 7-7-7-7z"]],
  unknown: [["body", "M20 1 39 20 20 39 1 20z"], ["mark", "M12 18h4v4h-4zM18 18h4v4h-4zM24 18h4v4h-4z"]],
  "cannot-tell": [["body", "M4 4h32v32H4z"], ["mark", "M10 18h20v4H10z"]],
};
