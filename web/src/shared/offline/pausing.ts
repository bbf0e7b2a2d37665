/** How long to wait after so many failures: 5 s, doubled up to 10 min; half of it by chance, and in any case spread
 * over a minute, so that a service that comes back is not knocked over again. In milliseconds.
 */
export function pause(attempt: number, chance: number): number {
  const whole = Math.min(5 * 2 ** attempt, 600)
  return (whole / 2 + chance * Math.max(whole / 2, 60)) * 1000
}
