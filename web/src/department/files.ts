// Photos added to a task.
import { upload } from '@/shared/files'

export function addPhotos(task: string, taken: 'before' | 'after', files: File[]): Promise<unknown> {
  return upload(`/api/v1/tasks/${task}/photos?taken=${taken}`, files)
}
