import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationPage } from './configuration.ts'
import { outagePicture } from './outage-picture.ts'

const docs = join(import.meta.dirname, '..', '..', 'docs')
writeFileSync(join(docs, 'configuration.md'), configurationPage())
writeFileSync(join(docs, 'outages.svg'), outagePicture())
