/**
 * Where all runs are kept when nobody says. Apart from `RunDirectory`, since flags name it and the client
 * and the schemas that directories need would be loaded with it.
 */

/**
 * The default place of all runs, relative to the working directory.
 *
 * @category constants
 */
export const dataDirectoryDefault = ".batchwave"
