// A kept request as what the editor works on.
import type { Schemas } from '@/shared/api/client'
import type { Outline } from './outline'
import { blank, type Kind, type Named, type Said } from './useEditor'

export function saidOf(change: Schemas['AreaChangeOut']): Said {
  const given = change.content as unknown as Record<string, never>
  const names = new Map(change.areas.map((code, i) => [code, change.names[i] ?? code]))
  const sizes = new Map(change.preview?.areas.map((one) => [one.code_after, one.m2_after ?? 0]))
  const named = (code: string | undefined): Named | null => (code ? { code, name: names.get(code) ?? code } : null)
  const list = (codes: string[] | undefined) => (codes ?? []).map((code) => named(code)!)
  const pieces = ((given.pieces ?? []) as { code: string; name: string; shape: Outline }[]).map((one) => ({ ...one, m2: sizes.get(one.code) ?? 0 }))
  return {
    ...blank(), kind: change.kind as Kind, area: named(given.area), to: named(given.to), pieces, areas: list(given.areas ?? given.into),
    code: given.code ?? '', name: given.name ?? given.governed_by ?? '', withGround: given.with_ground ?? true,
    redrawn: given.redrawn ?? [], reason: change.reason, basis: change.basis ?? '', accept: change.accept,
  }
}
