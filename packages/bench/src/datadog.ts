/** Datadog's own client, for reports. */
import { client, logger, v2 } from "@datadog/datadog-api-client"

export interface Keys {
  readonly apiKey: string
  readonly appKey: string
}

/** Its API over a server, its warning of every call ("Using unstable operation") switched off. */
export const make = (
  url: string,
  { apiKey, appKey }: Keys,
  parameters: Parameters<typeof client.createConfiguration>[0] = {}
): v2.ServiceLevelObjectivesApi => {
  logger.setLevel("silent")
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
