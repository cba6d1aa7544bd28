import Charts
import Documents
import FaceRuns
import FaceStatistics

/// The gain of each loss by tuning: its accuracy at the default and with the chosen values.
enum TuningGains {
    static func blocks(_ study: TunedStudy) -> [Block] {
        let sentences = study.losses.compactMap { sentence($0, study) }
        guard study.losses.contains(where: { $0.tuned.hasLearned || $0.standard.hasLearned }) else {
            return [.list(sentences)]
        }
        return [
            .heading("What each loss gained"), .list(sentences), .table(table(study)),
            .figure(figure(study)),
        ]
    }

    /// The values that were chosen: `m 0.41, s 31.2`.
    static func values(_ cell: TuningCell) -> String {
        guard let chosen = cell.chosenTry else { return "–" }
        guard !cell.space.isEmpty else { return values(chosen.values) }
        return cell.space.map { parameter in
            let value = chosen.values[parameter.name].map(Format.short) ?? "auto"
            return "\(symbol(parameter)) \(value)"
        }.joined(separator: ", ")
    }

    /// The same for values without their parameters' declarations.
    static func values(_ values: [String: Double]) -> String {
        let texts = values.sorted { $0.key < $1.key }.map { name, value in
            "\(symbol(name) ?? name) \(Format.short(value))"
        }
        return texts.isEmpty ? "–" : texts.joined(separator: ", ")
    }

    /// A parameter's symbol in a table.
    static func symbol(_ parameter: TunedParameter) -> String {
        symbol(parameter.name)
            ?? (parameter.symbol.isEmpty ? parameter.name : parameter.symbol)
    }

    /// The short name in tables of a parameter that all losses share; nil for others.
    private static func symbol(_ name: String) -> String? {
        switch name {
        case TunedParameter.learningRate: "rate"
        case TunedParameter.weightDecay: "decay"
        default: nil
        }
    }

    /// The gain of a loss, in a sentence; `nil` if it is not known yet.
    private static func sentence(_ loss: TunedLoss, _ study: TunedStudy) -> RichText? {
        let place =
            study.configurations.count > 1 ? " (\(study.title(loss.configuration)))" : ""
        let name: RichText = "\(strong: loss.cell.lossTitle)\(place) "
        if loss.keepsDefault { return name + "kept its default: no other try scored higher." }
        guard loss.cell.chosen != nil else {
            return loss.cell.isComplete
                ? name + "has no chosen values: every try failed." : nil
        }
        guard let gain = loss.gain else { return nil }
        return name + words(gain, rope: study.rope)
    }

    /// The gain against the default, with its probabilities: `gained 0.40 points against its default (...)`.
    static func words(_ gain: SeedPairEstimate, rope: Double) -> RichText {
        let size = Format.percent(abs(gain.mean))
        let interval = ComparisonText.points(gain.interval() ?? gain.pairInterval())
        let verb =
            gain.mean > 1e-9
            ? "gained \(size) points"
            : gain.mean < -1e-9 ? "lost \(size) points" : "scored the same"
        let start: RichText = "\(verb) against its default (\(interval))"
        guard let found = gain.posterior?.probabilities(rope: rope) else {
            return start + "; with one seed, whether another would show the same is unknown."
        }
        let equal =
            rope > 0
            ? ", practically equal \(EquivalenceText.percent(found.equal))" : ""
        return start + """
            : better \(rope > 0 ? "by more than \(EquivalenceText.points(rope)) " : "")\
            with probability \(EquivalenceText.percent(found.better))\(equal), worse \
            \(EquivalenceText.percent(found.worse)).
            """
    }

    private static func table(_ study: TunedStudy) -> Table {
        let groups = study.configurations.map { configuration in
            let losses = study.losses(configuration)
            let columns = [losses.map(\.standard), losses.map(\.tuned)].map {
                AccuracySection.entries($0) { $0.accuracy(on: study.test) }
            }
            let rows = losses.enumerated().map { index, loss in
                [Table.Entry(loss.cell.lossTitle, key: loss.style), columns[0][index]]
                    + [columns[1][index]] + gain(loss, study)
                    + [Table.Entry(RichText(values(loss.cell)))]
            }
            return Table.Group(title: study.title(configuration), rows: rows)
        }
        return Table(
            caption: """
                Accuracy on \(study.test) in percent at the default and with the values that were \
                chosen on held-out identities, mean ± standard deviation over the seeds that no try \
                has used. The gain with its 95 % interval is taken seed by seed and pair by pair; \
                it is bold where it is significant at 5 % over all losses (Holm). \
                \(EquivalenceText.note(rope: study.rope))
                """,
            columns: [
                .words("Loss"), .numbers("Default"), .numbers("Tuned"), .numbers("Gain, points"),
                .numbers("95 % interval"), EquivalenceText.column(rope: study.rope),
                .words("Chosen"),
            ], groups: groups)
    }

    private static func gain(_ loss: TunedLoss, _ study: TunedStudy) -> [Table.Entry] {
        if loss.keepsDefault {
            return [Table.Entry("default kept"), .missing, .missing]
        }
        return entries(loss.gain, adjusted: loss.adjusted, rope: study.rope)
    }

    /// A gain's columns: points, interval and probabilities.
    static func entries(
        _ gain: SeedPairEstimate?, adjusted: Double, rope: Double
    ) -> [Table.Entry] {
        guard let gain else { return [.missing, .missing, .missing] }
        let found = gain.posterior?.probabilities(rope: rope)
        return [
            Table.Entry(
                Format.signed(gain.mean * 100, 2),
                isBest: gain.seeds > 1 && adjusted < 1 - Interval.defaultLevel),
            Table.Entry(ComparisonText.points(gain.interval() ?? gain.pairInterval())),
            Table.Entry(EquivalenceText.entry(found, rope: rope)),
        ]
    }

    /// The defaults as hollow and the tuned values as filled dots, in the order of the tuned ones.
    private static func figure(_ study: TunedStudy) -> Figure {
        func percent(_ cell: Cell) -> Double? {
            cell.accuracy(on: study.test).map { $0.mean * 100 }
        }
        let values = study.losses.flatMap { [percent($0.standard), percent($0.tuned)] }
            .compactMap { $0 }
        let axis = Axis.linear(
            "accuracy on \(study.test), %", covering: values, limits: 0...100)
        let panels = study.configurations.map { configuration in
            let losses = study.losses(configuration).sorted {
                (percent($1.tuned) ?? 0) < (percent($0.tuned) ?? 0)
            }
            let rows = losses.map { loss in
                let value = percent(loss.tuned) ?? percent(loss.standard)
                return DotPlot.Row(
                    title: loss.cell.lossTitle, style: loss.style, value: value,
                    text: value.map { Format.fixed($0, 2) } ?? "–",
                    other: loss.keepsDefault ? nil : percent(loss.standard))
            }
            return Figure.Panel(
                title: study.title(configuration), chart: .dots(DotPlot(x: axis, rows: rows)))
        }
        return Figure(
            caption: """
                Mean accuracy with the chosen values (filled) and at the default (hollow); a loss \
                without a hollow mark kept its default. The axis does not start at zero.
                """, panels: panels)
    }
}
