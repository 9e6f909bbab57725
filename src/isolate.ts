const forgetful: (() => void)[] = [];

/** Something that an isolate remembers between requests, for as long as it lives. */
export interface Remembered<T> {
  value: T;
}

export function inIsolate<T>(make: () => T): Remembered<T> {
  const memory = { value: make() };
  forgetful.push(() => (memory.value = make()));
  return memory;
}

/** Makes this isolate a new one, which remembers nothing: for tests, which all run in the same. */
export function forgetIsolate(): void {
  for (const forget of forgetful) forget();
}
