import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationPage } from './configuration.ts'
import { llmsText } from './llms.ts'
import { outagePicture } from './outage-picture.ts'

const root = join(import.meta.dirname, '..', '..')
const docs = join(root, 'docs')
writeFileSync(join(docs, 'configuration.md'), configurationPage())
writeFileSync(join(docs, 'outages.svg'), outagePicture())
writeFileSync(join(root, 'llms.txt'), llmsText())
