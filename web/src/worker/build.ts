/** Which build of the page this is, as the service is told it. */
export const build: string = '2026.11.1'
