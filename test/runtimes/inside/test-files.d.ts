/** The test files of a bundle, listed when it is made. */
declare module 'test-files' {
  export const files: import('./run.ts').TestFiles
}
