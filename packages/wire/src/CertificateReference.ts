/**
 * A certificate installed on the nodes of a pool; the service has retired them.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"

/** The known store locations of a certificate. @source CertificateReference.storeLocation 2024-02-01.19.0 */
export const certificateStoreLocations = ["currentuser", "localmachine"] as const

/** Where a certificate is stored on Windows nodes. */
export const CertificateStoreLocation = OpenEnum.make(certificateStoreLocations)

/** Where a certificate is stored on Windows nodes. */
export type CertificateStoreLocation = typeof CertificateStoreLocation.Type

/** The known users of a certificate. @source CertificateReference.visibility 2024-02-01.19.0 */
export const certificateVisibilities = ["starttask", "task", "remoteuser"] as const

/** Who on a node may read a certificate. */
export const CertificateVisibility = OpenEnum.make(certificateVisibilities)

/** Who on a node may read a certificate. */
export type CertificateVisibility = typeof CertificateVisibility.Type

/**
 * A certificate by its thumbprint. Retired by the service: use the key vault extension.
 *
 * @source CertificateReference 2024-02-01.19.0
 */
export const CertificateReference = Schema.Struct({
  thumbprint: Schema.String,
  /** Always `sha1`. */
  thumbprintAlgorithm: Schema.String,
  /** `currentuser` when absent. */
  storeLocation: Schema.optionalKey(CertificateStoreLocation),
  /** `My` when absent. */
  storeName: Schema.optionalKey(Schema.String),
  /** Everyone when absent. */
  visibility: Schema.optionalKey(Schema.Array(CertificateVisibility))
})

/** A certificate by its thumbprint. Retired by the service: use the key vault extension. */
export interface CertificateReference extends Schema.Schema.Type<typeof CertificateReference> {}
