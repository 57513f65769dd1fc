import { element } from "../../widget/dom.js";
import type { App, Shown } from "../app.js";
import { button, fileButton } from "../fields.js";
import { Camera } from "../scan/camera.js";
import { carriedIn, codeInPhoto } from "../take.js";

/** The live picture of the camera. It stops as soon as a pack's code was read. */
export function camera(app: App): Shown {
  const { text } = app;
  const video = element("video", { playsinline: "", "aria-label": text.cameraTitle }) as HTMLVideoElement;
  video.muted = true;
  const told = element("p", { class: "told", role: "status" }, text.cameraStart);
  const light = element("span", {});
  const looking = new Camera(video, app.scanner);
  const enter = async () => {
    const fault = (await looking.start()) ?? (await run());
    if (!fault) return;
    looking.stop();
    told.textContent = text[fault];
    video.hidden = true;
  };
  const run = () => {
    told.textContent = text.cameraLooking;
    if (looking.hasLight()) light.replaceChildren(lightButton(app, looking));
    return looking.look((scan) => take(app, scan, told));
  };
  return {
    title: text.cameraTitle,
    content: [
      element("p", { class: "hint" }, text.cameraHint), element("div", { class: "view" }, video), told,
      element("div", { class: "ways" }, light,
        fileButton("photo", text.choosePhoto, "plain", "image/*", (file) => void codeInPhoto(app, file, told)),
        button(text.typeCode, "plain", () => app.go("type"), "way-type")),
    ],
    enter: () => void enter(),
    leave: () => looking.stop(),
  };
}

/** Whether a scan was a pack's code or a saved answer; other codes stand on every box. */
async function take(app: App, scan: string, told: HTMLElement): Promise<boolean> {
  const [read, proof] = await Promise.all([app.check.read(scan), carriedIn(app, scan)]);
  if (!proof && read.result === "unreadable" && NO_PACK.test(read.code ?? "")) {
    told.textContent = app.text.cameraOther;
    return false;
  }
  await app.take(scan);
  return true;
}

const NO_PACK = /not-a-medicine-code|no-key|link|symbology|empty|urn/;

function lightButton({ text }: App, looking: Camera): HTMLElement {
  let isOn = false;
  return button(text.light, "plain", () => void looking.light((isOn = !isOn)));
}
