import chromium from "@sparticuz/chromium";

/** The package unpacks its Chromium when it is first asked where that is: before files begin that would all do so at once. */
export default async function unpackedChromium(): Promise<void> {
  await chromium.executablePath();
}
