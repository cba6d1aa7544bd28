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
        let asked = context.configuration.test.map(\.name)
        let stored = try context.folder.readDescription().tests.map(\.name)
        // The command's order, unless it leaves out sets that the run was tested on.
        let order = Set(stored).isSubset(of: asked) ? asked : (stored + asked).uniqued
        return try addition.perform(candidates, order: order, result)
    }
}
