import FaceLosses
import FaceRuns

extension StudyFolder {
    /// Writes the columns of TensorBoard's HParams tab, for existing and planned runs.
    ///
    /// - Throws: `FaceRunsError` where they cannot be written.
    func writeExperiment(planned: [HParams] = [], tests: [String] = [], validates: Bool = false)
        throws
    {
        let known = try runs().compactMap { try? $0.readDescription() }
        let names = (known.flatMap { $0.tests.map(\.name) } + tests).uniqued
        var metrics = names.map(HParamsExperiment.Metric.test)
        if validates || known.contains(where: { $0.validation != nil }) {
            metrics.append(.validation)
        }
        let experiment = HParamsExperiment(
            runs: known.map(HParams.init) + planned, metrics: metrics)
        do {
            try EventFile.write(experiment, to: experimentURL)
        } catch {
            throw FaceStudyError(stopping: error) ?? error
        }
    }
}

extension Study {
    /// Writes the columns of TensorBoard's HParams tab.
    func writeExperiment() throws {
        try folder.writeExperiment(
            planned: plan.runs.map { run in
                HParams(
                    run.identity, loss: run.loss.requested, lossValues: run.lossValues,
                    configuration: configuration.narrowed(to: run).json())
            }, tests: configuration.test.map(\.name),
            validates: configuration.validation.identities > 0)
    }
}
