import { describeWaitModel } from "./suites/waitModel.ts"

describeWaitModel(300)
