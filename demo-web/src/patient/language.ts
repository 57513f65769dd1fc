// The language that a person chose, kept in the browser.

const LANGUAGE = "language";

/** The language that a person chose here before. */
export function remembered(): string | null {
  try {
    return localStorage.getItem(LANGUAGE);
  } catch {
    // There is none where a browser stores nothing for a page.
    return null;
  }
}

export function remember(language: string): void {
  try {
    localStorage.setItem(LANGUAGE, language);
  } catch {
    // Then it is asked again.
  }
}
