// A photo is made small on the phone, to the size the service asks for, and redrawn, so that what a camera writes
// beside the picture (place, time, serial number) is gone before anything is sent.
import { tell, told } from './told'

const QUALITIES = [0.82, 0.7, 0.58, 0.46, 0.35]

export class NoPicture extends Error {}

export async function squeezed(file: Blob): Promise<Blob> {
  if (!told.value) await tell()
  const { photo_side: side = Infinity, photo_bytes: most = Infinity } = told.value ?? {}
  const picture = await decoded(file)
  let { width, height } = fitted(picture.width, picture.height, side)
  for (let round = 0; round < 3; round += 1) {
    for (const quality of QUALITIES) {
      const blob = await drawn(picture, width, height, quality)
      if (blob.size <= most) return blob
    }
    width = Math.round(width * 0.75)
    height = Math.round(height * 0.75)
  }
  throw new NoPicture()
}

function fitted(width: number, height: number, most: number): { width: number; height: number } {
  const by = Math.min(1, most / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)) }
}

async function decoded(file: Blob): Promise<ImageBitmap | HTMLImageElement> {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' })
  } catch {
    return element(file)
  }
}

/** Browsers without that option, and pictures only the page's own decoder knows. */
function element(file: Blob): Promise<HTMLImageElement> {
  return new Promise((done, fail) => {
    const image = new Image()
    const url = URL.createObjectURL(file)
    image.onload = () => {
      URL.revokeObjectURL(url)
      done(image)
    }
    image.onerror = () => {
      URL.revokeObjectURL(url)
      fail(new NoPicture())
    }
    image.src = url
  })
}

function drawn(picture: CanvasImageSource, width: number, height: number, quality: number): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const pen = canvas.getContext('2d')
  if (!pen) return Promise.reject(new NoPicture())
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, width, height)
  pen.drawImage(picture, 0, 0, width, height)
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new NoPicture())), 'image/jpeg', quality)
  })
}
