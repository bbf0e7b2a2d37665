// A share in words: one decimal, the same on cards, charts, maps and tables.
import type { Schemas } from '@/shared/api/client'

export type Share = Schemas['Share']

export function percent(rate: number | null): string {
  return rate === null ? '–' : `${(rate * 100).toFixed(1)}%`
}

/** Five even steps of one colour: deeper is more, none is «good» or «bad». */
export const STEPS = ['#eef4fb', '#c9def3', '#97bfe6', '#5d99d3', '#2a6cb0'] as const
export const NO_VALUE = '#dfe3e8'

export function stepOf(rate: number): number {
  return Math.min(STEPS.length - 1, Math.floor(rate * STEPS.length))
}
