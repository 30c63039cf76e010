/** The test files of a bundle. build.ts writes this module when it makes the bundle. */
declare module 'test-files' {
  export const files: import('./run.ts').TestFiles
}
