/** Has the page saved on this device, so that it opens without a connection. */
export async function saveForOffline(): Promise<void> {
  // Absent in private windows and in browsers inside other apps: then the page needs a connection.
  await navigator.serviceWorker?.register(new URL("sw.js", document.baseURI)).catch(() => undefined);
}

/** Whether the page is saved. */
export async function isReadyOffline(): Promise<boolean> {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  return registration?.active !== undefined && registration?.active !== null;
}
