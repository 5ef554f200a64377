import { describePacerModel } from "./suites/pacerModel.ts"

describePacerModel({ runs: 40, minutes: 1 })
