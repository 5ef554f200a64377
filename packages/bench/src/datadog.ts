/** Datadog's own client, for reports. */
import { client, logger, v2 } from "@datadog/datadog-api-client"

export interface Keys {
  readonly apiKey: string
  readonly appKey: string
}

/** Its API over a server. By default it is quiet: its warning of every call is switched off. */
export const make = (
  url: string,
  { apiKey, appKey }: Keys,
  parameters: Parameters<typeof client.createConfiguration>[0] = {},
  isQuiet = true
): v2.ServiceLevelObjectivesApi => {
  if (isQuiet) logger.setLevel("silent")
  const configuration = client.createConfiguration({
    baseServer: new client.ServerConfiguration(url, {}),
    authMethods: { apiKeyAuth: apiKey, appKeyAuth: appKey },
    ...parameters
  })
  for (const operation of ["createSLOReportJob", "getSLOReport", "getSLOReportJobStatus"]) {
    configuration.unstableOperations[`v2.${operation}`] = true
  }
  return new v2.ServiceLevelObjectivesApi(configuration)
}
