import Charts
import Documents
import FaceConfiguration
import FaceRuns
import FaceStatistics

/// The effect of each parameter: the score of every try over the parameter's value.
enum TuningParameters {
    static func blocks(_ study: TunedStudy) -> [Block] {
        let blocks = TuningSection.byConfiguration(study) { _, losses in
            losses.compactMap { figure($0, study) }.map(Block.figure)
        }
        guard !blocks.isEmpty else { return [] }
        return [
            .heading("Score over each parameter"),
            .paragraph(
                """
                Where the points form a plateau around the default, the published constants are as \
                good as any; where they rise towards an end of the axis, the range was too narrow. The \
                numbers are in the tables of all tries.
                """),
        ] + blocks
    }

    private static func figure(_ loss: TunedLoss, _ study: TunedStudy) -> Figure? {
        let tries = loss.firstRung.filter { $0.state != .pending }
        let scores = tries.compactMap { $0.accuracy.map { $0 * 100 } }
        guard !scores.isEmpty, !loss.cell.space.isEmpty else { return nil }
        let y = Axis.linear("validation accuracy, %", covering: scores, limits: 0...100)
        let panels = loss.cell.space.map { parameter in
            Figure.Panel(
                title: title(parameter), chart: .trials(plot(parameter, loss, tries, y)))
        }
        let hasAuto = loss.cell.space.contains { $0.defaultValue == nil }
        let fixed =
            loss.cell.fixed.isEmpty
            ? "" : " Given with the loss and therefore not tuned: \(Format.list(loss.cell.fixed))."
        return Figure(
            caption: """
                \(strong: loss.cell.lossTitle): validation accuracy of each try\
                \(TuningBudgetFigures.rungNote(study)) over the value of each parameter, while the \
                others vary as well. The ring is the try that was chosen; dashed lines are the \
                default and published values.\
                \(hasAuto ? " A default that the loss determines itself is not shown." : "")\(fixed)
                """, panels: panels)
    }

    /// The title of a panel.
    static func title(_ parameter: TunedParameter) -> String {
        switch parameter.name {
        case TunedParameter.learningRate: "Peak learning rate"
        case TunedParameter.weightDecay: "Weight decay"
        default:
            parameter.symbol == parameter.name || parameter.symbol.isEmpty
                ? parameter.name : "\(parameter.symbol) (\(parameter.name))"
        }
    }

    private static func plot(
        _ parameter: TunedParameter, _ loss: TunedLoss, _ tries: [TuningTry], _ y: Axis
    ) -> TrialPlot {
        let placed = tries.filter { $0.values[parameter.name] != nil }
        let trials = placed.map { item in
            TrialPlot.Trial(
                value: item.values[parameter.name] ?? 0, score: item.accuracy.map { $0 * 100 },
                note: note(item, loss.cell))
        }
        let standard = parameter.defaultValue.map {
            [TrialPlot.Guide(title: "default", value: $0)]
        }
        let guides =
            (standard ?? [])
            + parameter.published.map { TrialPlot.Guide(title: $0.preset, value: $0.value) }
        return TrialPlot(
            x: axis(parameter, trials.map(\.value) + guides.map(\.value)), y: y,
            style: loss.style, trials: trials,
            chosen: placed.firstIndex { $0.index == loss.cell.chosenTry?.index }, guides: guides)
    }

    /// The axis of a parameter: its range, extended to values outside it.
    private static func axis(_ parameter: TunedParameter, _ values: [Double]) -> Axis {
        let range = parameter.range
        let unit = parameter.unit.isEmpty ? "" : ", \(parameter.unit)"
        let title = "\(title(parameter).lowercased(ifWord: parameter))\(unit)"
        let all = values + [range.lower, range.upper]
        let positive = all.filter { $0 > 0 && $0.isFinite }
        guard range.scale == .logarithmic, let low = positive.min(), let high = positive.max()
        else { return .linear(title, covering: all) }
        return .logarithmic(title, from: low, to: high)
    }

    private static func note(_ item: TuningTry, _ cell: TuningCell) -> String {
        let values = cell.space.compactMap { parameter in
            item.values[parameter.name].map {
                "\(TuningGains.symbol(parameter)) \(Format.short($0))"
            }
        }
        let score = item.accuracy.map { Format.withSign($0) } ?? "failed"
        return "Try \(item.index + 1): \(score); \(values.joined(separator: ", "))"
    }
}

extension String {
    /// A title for an axis: words are lowercased, symbols are not.
    fileprivate func lowercased(ifWord parameter: TunedParameter) -> String {
        [TunedParameter.learningRate, TunedParameter.weightDecay].contains(parameter.name)
            ? lowercased() : self
    }
}
