import FaceRuns

extension RunExecutor {
    /// Tests a finished run on test sets of the study that the run's folder lacks.
    func addTests(to result: RunResult) throws -> (result: RunResult, added: [String]) {
        var addition = TestAddition(
            run: context.run, folder: context.folder, compute: context.compute,
            batchSize: context.configuration.evaluation.batchSize, control: context.control)
        addition.cohort = try context.cohort()
        addition.evaluation = context.configuration.evaluation
        addition.annotations = context.study.data.annotations
        let trained = context.trainSet.facts
        let sources = context.configuration.test
        let candidates = context.tests.compactMap { test in
            sources.named(test.facts.name).map { source in
                TestAddition.Candidate(
                    test: test, source: source,
                    overlap: trained.overlaps?.first { $0.test == test.facts.name },
                    warnings: trained.warnings)
            }
        }
        let templates = context.templates.compactMap { test in
            sources.named(test.facts.name).map {
                TestAddition.TemplateCandidate(test: test, source: $0)
            }
        }
        let asked = sources.map(\.name)
        let stored = try context.folder.readDescription().testNames
        // The command's order, unless it omits sets on which the run was tested.
        let order = Set(stored).isSubset(of: asked) ? asked : (stored + asked).uniqued
        return try addition.perform(candidates, templates, order: order, result)
    }
}

extension StudyConfiguration.TestSource: TestRecord {}

extension RunDescription {
    /// Names of all test sets, those of pairs of images first.
    var testNames: [String] { tests.map(\.name) + (templateTests ?? []).map(\.name) }
}
