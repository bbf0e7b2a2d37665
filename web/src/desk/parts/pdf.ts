// A PDF behind a session: fetched with the token, then opened beside the page; saved where no window may open.
import { fetched } from '@/shared/files'

const KEPT_MS = 60_000

export async function showPdf(path: string, name: string): Promise<void> {
  // Opened while the click still counts as the person's own, filled when the file is there.
  const beside = window.open('', '_blank')
  try {
    const url = URL.createObjectURL(await fetched(path))
    if (beside) beside.location.href = url
    else {
      const link = document.createElement('a')
      link.href = url
      link.download = name
      link.click()
    }
    setTimeout(() => URL.revokeObjectURL(url), KEPT_MS)
  } catch (caught) {
    beside?.close()
    throw caught
  }
}
