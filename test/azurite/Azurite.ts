/**
 * Azurite as a process of its own on loopback, in memory, with the public development account, and
 * what tests put into it and find in it.
 */
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import {
  azuriteMain,
  type BlobServiceClient,
  type ContainerClient,
  library
} from "./StorageLibrary.ts"

/** The account every Azurite has. @source Azurite's documentation; the key is public */
const account = "devstoreaccount1"
const accountKey =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

export interface Azurite {
  readonly service: BlobServiceClient
  readonly stop: () => Promise<void>
}

/** Starts Azurite on a free port; fails with what it said when it does not listen. */
export const start = (): Promise<Azurite> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        azuriteMain,
        "--blobHost",
        "127.0.0.1",
        "--blobPort",
        "0",
        "--inMemoryPersistence",
        "--disableTelemetry",
        "--silent",
        // The library speaks newer versions than Azurite knows.
        "--skipApiVersionCheck"
      ],
      { stdio: ["ignore", "pipe", "pipe"] }
    )
    const ended = new Promise<void>((settle) => {
      child.once("close", () => settle())
    })
    let said = ""
    const hear = (text: string): void => {
      said += text
      const origin = /listen\w* (?:at|on) (http:\/\/127\.0\.0\.1:\d+)/i.exec(said)?.[1]
      if (origin === undefined) return
      const credential = new library.StorageSharedKeyCredential(account, accountKey)
      resolve({
        service: new library.BlobServiceClient(`${origin}/${account}`, credential),
        stop: () => {
          child.kill("SIGTERM")
          return ended
        }
      })
    }
    child.stdout.setEncoding("utf8").on("data", hear)
    child.stderr.setEncoding("utf8").on("data", hear)
    child.once("error", reject)
    child.once("close", (code) => {
      reject(new Error(`Azurite ended with code ${String(code)} before it listened: ${said}`))
    })
  })

const inAnHour = (): Date => new Date(Date.now() + 3_600_000)

/** An expiry that is over. */
export const anHourAgo = (): Date => new Date(Date.now() - 3_600_000)

/** The URL of a container that allows what the letters say: r, w, l and so on. */
export const containerUrl = (
  container: ContainerClient,
  letters: string,
  expiresOn = inAnHour()
): Promise<string> =>
  container.generateSasUrl({
    expiresOn,
    permissions: library.ContainerSASPermissions.parse(letters)
  })

/** The URL of a blob that allows reading it. */
export const blobUrl = (container: ContainerClient, name: string): Promise<string> =>
  container.getBlockBlobClient(name).generateSasUrl({
    expiresOn: inAnHour(),
    permissions: library.BlobSASPermissions.parse("r")
  })

/** The URL of the account that allows reading and listing. */
export const accountUrl = (service: BlobServiceClient): string =>
  service.generateAccountSasUrl(inAnHour(), library.AccountSASPermissions.parse("rl"), "sco")

/** Puts blobs, some at a time. */
export const put = async (
  container: ContainerClient,
  blobs: Readonly<Record<string, Buffer | string>>
): Promise<void> => {
  const entries = Object.entries(blobs)
  const work = entries.values()
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (const [name, content] of work) {
      const bytes = Buffer.from(content)
      await container.getBlockBlobClient(name).upload(bytes, bytes.byteLength)
    }
  }))
}

/** The text of a blob. */
export const text = async (container: ContainerClient, name: string): Promise<string> =>
  (await container.getBlockBlobClient(name).downloadToBuffer()).toString("utf8")

/** The names of all blobs, sorted. */
export const names = async (container: ContainerClient): Promise<ReadonlyArray<string>> => {
  const found: Array<string> = []
  for await (const { name } of container.listBlobsFlat()) found.push(name)
  return found.toSorted()
}

/** A URL whose signature is another, well-formed one. */
export const forged = (url: string): string => {
  const sig = createHash("sha256").update(url).digest("base64")
  return url.replace(/sig=[^&]+/, `sig=${encodeURIComponent(sig)}`)
}
