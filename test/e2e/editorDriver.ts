/** Drives parts of the editor itself that several tests need: its input at the top, and its own chat. */
import type { Locator, Page } from "playwright-core";

/** Types into the input with a title, once the editor shows it, and confirms. */
export async function typeInto(page: Page, title: RegExp, text: string): Promise<void> {
  await page
    .locator(".quick-input-titlebar, .quick-input-title", { hasText: title })
    .first()
    .waitFor();
  await page.locator(".quick-input-widget input:visible").first().fill(text);
  await page.keyboard.press("Enter");
}

/** Says something in the editor's own chat and returns the answer that holds a text which no other one holds. */
export async function say(page: Page, text: string, said: string | RegExp): Promise<Locator> {
  await page.locator(".interactive-input-part .monaco-editor").last().click();
  await page.keyboard.insertText(text);
  // Closes the list of suggestions.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  const answer = page.locator(".interactive-response", { hasText: said }).last();
  await answer.waitFor();
  return answer;
}
