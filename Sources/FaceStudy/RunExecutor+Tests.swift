import FaceRuns

extension RunExecutor {
    /// Tests a finished run on what the study's test sets have more than the run's folder.
    func addTests(to result: RunResult) throws -> (result: RunResult, added: [String]) {
        let addition = TestAddition(
            run: context.run, folder: context.folder, compute: context.compute,
            batchSize: context.configuration.evaluation.batchSize, control: context.control)
        let trained = context.trainSet.facts
        let candidates = zip(context.tests, context.configuration.test).map { test, source in
            TestAddition.Candidate(
                test: test, source: source,
                overlap: trained.overlaps?.first { $0.test == test.facts.name },
                warnings: trained.warnings)
        }
        return try addition.perform(
            candidates, order: context.configuration.test.map(\.name), result)
    }
}
