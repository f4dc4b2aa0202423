/**
 * The one version of the Batch REST service this package describes.
 */

/**
 * The value of the `api-version` query parameter every request carries.
 *
 * A request without it is refused with `MissingRequiredQueryParameter`, one with another value with
 * `UnsupportedRequestVersion`.
 *
 * @source BatchService swagger 2024-02-01.19.0
 */
export const apiVersion = "2024-02-01.19.0"
