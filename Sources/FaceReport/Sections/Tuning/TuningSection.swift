import Charts
import Documents
import FaceRuns
import FaceStatistics

/// The effect of tuning with the same budget: the defaults and the chosen values, the dependence of the
/// ranking on the budget, the effect of each parameter, and the cost.
enum TuningSection {
    static func section(_ study: TunedStudy) -> Section {
        var blocks = [Block.paragraph(study.isRecordLost ? lost : introduction(study))]
        blocks += TuningGains.blocks(study)
        blocks += TuningOrder.blocks(study)
        blocks += comparisons(study)
        guard !study.isRecordLost else {
            return Section("tuning", "Tuned with the same budget", blocks)
        }
        blocks += TuningBudgetFigures.blocks(study)
        blocks += TuningEase.blocks(study)
        blocks += TuningParameters.blocks(study)
        blocks += TuningTries.blocks(study)
        return Section("tuning", "Tuned with the same budget", blocks)
    }

    /// The tuned losses compared with each other.
    private static func comparisons(_ study: TunedStudy) -> [Block] {
        guard let results = study.results, let statistics = study.statistics else { return [] }
        return EquivalenceBlocks.blocks(
            results.configurations.map {
                (study.title($0), statistics.comparisons($0, test: study.test))
            }, rope: study.rope, heading: "The tuned losses: better, equal or worse")
    }

    /// Text if it is no longer known how values were chosen.
    private static let lost: RichText = """
        The record of the tries, tuning.json, is damaged or missing (see Runs): what was tried, and how \
        it scored, cannot be shown. The runs themselves record whether they have the defaults or the \
        chosen values. Repeating the study's command rebuilds the record from the folders of its \
        tries.
        """

    /// How values were chosen, and on which data.
    private static func introduction(_ study: TunedStudy) -> RichText {
        let cells = study.record.cells
        var sentences: [RichText] = [
            """
            A comparison at fixed constants ranks the constants. Here every loss got the same number \
            of tries of the same length: \(budget(cells)). The first try of a loss is its default; \
            the others are spread evenly over its search space (a scrambled Sobol sequence), the \
            same points for every loss.
            """,
            validation(cells),
        ]
        if !study.record.finalSeeds.isEmpty {
            let seeds = Format.list(study.record.finalSeeds.map { "\($0)" })
            let isOne = study.record.finalSeeds.count == 1
            sentences.append(
                """
                The chosen values and the defaults were then trained with \
                \(isOne ? "seed" : "seeds") \(seeds), which no try has used, and only these runs \
                enter the tables.
                """)
        }
        sentences.append(
            """
            The intervals apply to the values that were chosen: another search could have chosen \
            others.
            """)
        return .sentences(sentences)
    }

    /// The budget of a cell: the same for all, or a range if records were joined.
    private static func budget(_ cells: [TuningCell]) -> String {
        let budgets = Set(cells.map(\.budget))
        guard budgets.count == 1, let one = budgets.first else {
            let tries = cells.map(\.budget.tries)
            return "\(tries.min() ?? 0) to \(tries.max() ?? 0) tries"
        }
        let tries = Format.count(one.tries, "try", plural: "tries")
        // In floating point, since the product may overflow in a record from another source.
        let epochs = one.rungs.reduce(0.0) { $0 + Double($1.tries) * Double($1.epochs) }
        let seen = epochs * Double(one.imagesEach)
        let images = "\(Format.quantity(seen)) images for each loss"
        guard one.rungs.count > 1 else {
            let epochs = one.rungs.first?.epochs ?? one.epochs
            return "\(tries) of \(Format.count(epochs, "epoch")), \(images)"
        }
        let rungs = one.rungs.map {
            "\(Format.count($0.tries)) with \(Format.count($0.epochs, "epoch"))"
        }
        return "\(tries), the better half of which was repeated with a longer schedule "
            + "(\(Format.list(rungs))), \(images)"
    }

    private static func validation(_ cells: [TuningCell]) -> RichText {
        var sets: [(name: String, facts: TuningValidation)] = []
        for cell in cells where !sets.contains(where: { $0.name == cell.trainSet }) {
            sets.append((cell.trainSet, cell.validation))
        }
        let texts = sets.map { set in
            let name = sets.count > 1 ? "\(set.name): " : ""
            return name
                + "\(Format.count(set.facts.pairs, "pair")) of "
                + "\(Format.count(set.facts.identities, "identity", plural: "identities"))"
        }
        let error = sets.map(\.facts.standardError).max() ?? 0
        return """
            Tries were scored on held-out training identities (\(texts.joined(separator: "; "))), \
            never on a test set. One standard error of such a score is about \
            \(Format.percent(error)) points, so tries that differ by less can hardly be \
            distinguished.
            """
    }

    /// The blocks of a configuration, folded under its title if there are several.
    static func byConfiguration(
        _ study: TunedStudy, _ blocks: (Configuration, [TunedLoss]) -> [Block]
    ) -> [Block] {
        let configurations = study.configurations
        return configurations.flatMap { configuration -> [Block] in
            let found = blocks(configuration, study.losses(configuration))
            guard configurations.count > 1, !found.isEmpty else { return found }
            return [.details(RichText(study.title(configuration)), found)]
        }
    }
}
