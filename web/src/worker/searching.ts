// What is being looked for stays when one comes back from a household.
import { ref } from 'vue'

export const searching = ref('')
