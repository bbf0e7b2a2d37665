// Moves on now and then, so that what depends on the time is reckoned again.
import { ref } from 'vue'

export const ticking = ref(0)
