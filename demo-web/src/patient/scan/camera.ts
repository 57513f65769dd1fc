import type { Scanner } from "./scanner.js";

/** Why there is no picture: the name of the label that says it. */
export type CameraFault = "cameraRefused" | "cameraNone" | "cameraFault" | "scannerFault";

/** The live picture of a camera, looked through for codes until `stop`. */
export class Camera {
  readonly #video: HTMLVideoElement;
  readonly #scanner: Scanner;
  #stream: MediaStream | null = null;
  #isStopped = false;

  constructor(video: HTMLVideoElement, scanner: Scanner) {
    this.#video = video;
    this.#scanner = scanner;
  }

  /** Starts the camera; answers what is in the way, or null. */
  async start(): Promise<CameraFault | null> {
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: WANTED });
      // The page may have gone on while the person was asked for permission.
      if (this.#isStopped) this.stop();
      this.#video.srcObject = this.#stream;
      await this.#video.play();
      return null;
    } catch (cause) {
      return faultOf(cause);
    }
  }

  /** Looks at one frame after another until `take` accepts a code. */
  async look(take: (text: string) => Promise<boolean>): Promise<CameraFault | null> {
    while (!this.#isStopped) {
      await nextFrame(this.#video);
      if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) continue;
      try {
        const text = await this.#scanner.read(await createImageBitmap(this.#video), false);
        if (text !== null && !this.#isStopped && (await take(text))) this.stop();
      } catch {
        return this.#isStopped ? null : "scannerFault";
      }
    }
    return null;
  }

  /** Whether this camera has a light. */
  hasLight(): boolean {
    const [track] = this.#stream?.getVideoTracks() ?? [];
    return "torch" in (track?.getCapabilities?.() ?? {});
  }

  async light(isOn: boolean): Promise<void> {
    const [track] = this.#stream?.getVideoTracks() ?? [];
    await track?.applyConstraints({ advanced: [{ torch: isOn } as MediaTrackConstraintSet] });
  }

  stop(): void {
    this.#isStopped = true;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#video.srcObject = null;
  }
}

const WANTED: MediaTrackConstraints = { facingMode: "environment", width: { ideal: 1_280 }, height: { ideal: 720 } };

/** Ten looks a second are enough, and leave the battery alone. */
function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => setTimeout(() => {
    if (video.paused) return resolve();
    video.requestVideoFrameCallback(() => resolve());
    // A camera that stalls must not keep `stop` from being seen.
    setTimeout(resolve, 1_000);
  }, 100));
}

function faultOf(cause: unknown): CameraFault {
  const name = cause instanceof DOMException ? cause.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "cameraRefused";
  // A browser inside another app has no `mediaDevices` at all.
  return name === "NotFoundError" || cause instanceof TypeError ? "cameraNone" : "cameraFault";
}
