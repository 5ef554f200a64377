/** Datadog's own client, for reports, searches and histories. */
import { client, logger, v1, v2 } from "@datadog/datadog-api-client"

export interface Keys {
  readonly apiKey: string
  readonly appKey: string
}

/** Its API of reports over a server. By default it is quiet: its warning of every call is switched off. */
export const make = (
  url: string,
  keys: Keys,
  parameters: Parameters<typeof client.createConfiguration>[0] = {},
  isQuiet = true
): v2.ServiceLevelObjectivesApi => {
  if (isQuiet) logger.setLevel("silent")
  const configuration = configure(url, keys, parameters)
  for (const operation of ["createSLOReportJob", "getSLOReport", "getSLOReportJobStatus"]) {
    configuration.unstableOperations[`v2.${operation}`] = true
  }
  return new v2.ServiceLevelObjectivesApi(configuration)
}

/** Its API of searches and histories over a server. */
export const makeV1 = (url: string, keys: Keys): v1.ServiceLevelObjectivesApi =>
  new v1.ServiceLevelObjectivesApi(configure(url, keys, {}))

const configure = (
  url: string,
  { apiKey, appKey }: Keys,
  parameters: Parameters<typeof client.createConfiguration>[0]
): client.Configuration =>
  client.createConfiguration({
    baseServer: new client.ServerConfiguration(url, {}),
    authMethods: { apiKeyAuth: apiKey, appKeyAuth: appKey },
    ...parameters
  })
