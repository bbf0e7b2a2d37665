export function initials(): { row: string; others: string }
export function written(): string
