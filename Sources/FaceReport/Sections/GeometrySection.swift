import Charts
import Documents
import FaceRuns

/// The geometry of each loss's embeddings: angles to class weights, within and between people, norms, and
/// some people on a map.
enum GeometrySection {
    static func section(_ results: StudyResults) -> Section? {
        let parts = results.configurations.compactMap { configuration -> Part? in
            let rows = results.losses.compactMap { loss in
                CellGeometry(results.cell(configuration, loss)).map {
                    Row(loss: loss, geometry: $0)
                }
            }
            return rows.isEmpty ? nil : Part(configuration: configuration, rows: rows)
        }
        guard !parts.isEmpty else { return nil }
        var blocks: [Block] = [.paragraph(text)]
        for (index, part) in parts.enumerated() {
            blocks.append(.figure(figure(results, part, isFirst: index == 0)))
        }
        if PublishedSection.isLFW(results) { blocks.append(.table(PublishedAngles.table)) }
        let maps = results.configurations.compactMap { MapFigure.figure(results, $0) }
        if !maps.isEmpty { blocks.append(.heading("Map of some identities")) }
        blocks += maps.enumerated().map { Block.figure($1.number(of: $0)) }
        return Section("geometry", "Geometry of the embeddings", blocks)
    }

    private static let text: RichText = """
        The effect of a loss shows in the angles between embeddings. Losses with a margin \
        require an image to be closer to the class weight of its own person than to any other by some \
        angle; face recognition needs images of one person to be closer to each other than \
        to those of other people, including people it was not trained on.
        """

    /// A configuration with the losses that were measured.
    private struct Part {
        let configuration: Configuration
        let rows: [Row]
    }

    private struct Row {
        let loss: LossSeries
        let geometry: CellGeometry
    }

    // MARK: The figure

    private static func figure(_ results: StudyResults, _ part: Part, isFirst: Bool) -> Figure {
        let angles = part.rows.flatMap { row in
            [row.geometry.training, row.geometry.test].compactMap { $0 }.flatMap { set in
                [set.targetClass, set.nearestNonTarget, set.within, set.between]
                    .compactMap { $0 }.flatMap(\.quantiles)
            }
        }
        let axis = Axis.linear("angle, degrees", covering: angles, limits: 0...180)
        return Figure(
            caption: caption(results, part, isFirst: isFirst),
            panels: anglePanels(part, axis) + [normPanel(part)], data: table(part))
    }

    private static func anglePanels(_ part: Part, _ axis: Axis) -> [Figure.Panel] {
        let train = part.rows[0].geometry.training.name
        let test = part.rows.lazy.compactMap(\.geometry.test?.name).first
        let hasWeights = part.rows.contains { $0.geometry.training.targetClass != nil }
        let panels: [Figure.Panel?] = [
            hasWeights
                ? panel(
                    part, axis, "Images of \(train) and class weights", "target class",
                    "nearest other",
                    { $0.training.targetClass }, { $0.training.nearestNonTarget }) : nil,
            panel(
                part, axis, "Pairs of images of \(train)", "one person", "two people",
                { $0.training.within }, { $0.training.between }),
            test.map {
                panel(
                    part, axis, "Pairs of \($0)", "one person", "two people",
                    { $0.test?.within }, { $0.test?.between })
            },
        ]
        return panels.compactMap { $0 }
    }

    private static func normPanel(_ part: Part) -> Figure.Panel {
        let norms = part.rows.flatMap { row in
            [row.geometry.training.norm, row.geometry.test?.norm].compactMap { $0?.quantiles[4] }
        }
        let axis = Axis.linear("norm of an embedding", covering: norms, includesZero: true)
        return panel(
            part, axis, "Norms", part.rows[0].geometry.training.name,
            part.rows.lazy.compactMap(\.geometry.test?.name).first ?? "test",
            { $0.training.norm }, { $0.test?.norm })
    }

    private static func panel(
        _ part: Part, _ axis: Axis, _ title: String, _ first: String, _ second: String,
        _ full: (CellGeometry) -> SummaryRecord?, _ hollow: (CellGeometry) -> SummaryRecord?
    ) -> Figure.Panel {
        let rows = part.rows.map { row in
            QuantilePlot.Row(
                title: row.loss.title, style: row.loss.style,
                first: full(row.geometry).flatMap { QuantilePlot.Span($0.quantiles) },
                second: hollow(row.geometry).flatMap { QuantilePlot.Span($0.quantiles) })
        }
        return Figure.Panel(
            title: title,
            chart: .quantiles(
                QuantilePlot(
                    x: axis, rows: rows, first: first, second: second)))
    }

    private static func caption(
        _ results: StudyResults, _ part: Part, isFirst: Bool
    ) -> RichText {
        let what: RichText = "\(strong: results.title(part.configuration)): angles and norms."
        guard isFirst else { return what }
        let images = Format.count(part.rows[0].geometry.training.images, "image")
        let seeds = results.seeds > 1 ? ", means over the seeds" : ""
        return what + """
             Boxes span the middle half of the values and lines 90 % of them, with a mark at the \
            median\(seeds). Of the training set a sample of \(images) was embedded by the last \
            model, the same for all losses, without mirroring. Where the boxes of a row overlap, \
            the two kinds are confused.
            """
    }

    // MARK: The numbers

    private static func table(_ part: Part) -> Table {
        let train = part.rows[0].geometry.training.name
        let test = part.rows.lazy.compactMap(\.geometry.test?.name).first ?? "test set"
        return Table(
            caption: """
                Angles in degrees and norms, mean ± standard deviation. Separation is d′, the \
                distance of the two means of pairs in units of their spread.
                """,
            columns: [
                .words("Loss"), .numbers("target class", group: "Class weights"),
                .numbers("nearest other", group: "Class weights"),
                .numbers("one person", group: "Pairs of \(train)"),
                .numbers("two people", group: "Pairs of \(train)"),
                .numbers("separation", group: "Pairs of \(train)"),
                .numbers("one person", group: "Pairs of \(test)"),
                .numbers("two people", group: "Pairs of \(test)"),
                .numbers("separation", group: "Pairs of \(test)"),
                .numbers(train, group: "Norm"), .numbers(test, group: "Norm"),
            ], rows: part.rows.map(row))
    }

    private static func row(_ row: Row) -> [Table.Entry] {
        let (train, test) = (row.geometry.training, row.geometry.test)
        func separation(_ set: SetGeometry?) -> Table.Entry {
            set?.separation.map { Table.Entry(Format.fixed($0, 2)) } ?? .missing
        }
        return [
            Table.Entry(row.loss.title, key: row.loss.style), entry(train.targetClass),
            entry(train.nearestNonTarget), entry(train.within), entry(train.between),
            separation(train), entry(test?.within), entry(test?.between), separation(test),
            entry(train.norm), entry(test?.norm),
        ]
    }

    private static func entry(_ summary: SummaryRecord?) -> Table.Entry {
        guard let summary else { return .missing }
        return Table.Entry(
            Format.fixed(summary.mean, 1), detail: "± " + Format.fixed(summary.standardDeviation, 1)
        )
    }
}

/// Maps of the same people for each loss.
private struct MapFigure {
    private let title: String
    private let maps: [(loss: LossSeries, map: EmbeddingMap)]

    /// The maps of a configuration's runs with the lowest seed; `nil` if none has one.
    static func figure(_ results: StudyResults, _ configuration: Configuration) -> MapFigure? {
        let all = results.losses.compactMap { loss -> (loss: LossSeries, map: EmbeddingMap)? in
            let map = results.cell(configuration, loss).finished.lazy.compactMap(\.geometry?.map)
                .first
            return map.map { (loss, $0) }
        }
        guard let names = all.first?.map.identities.map(\.name), !names.isEmpty else { return nil }
        let maps = all.filter { $0.map.identities.map(\.name) == names }
        return MapFigure(title: results.title(configuration), maps: maps)
    }

    /// The figure; only the first one is explained.
    func number(of position: Int) -> Figure {
        let points = maps.flatMap(\.map.identities)
        let (x, y) = (Self.extent(points.flatMap(\.x)), Self.extent(points.flatMap(\.y)))
        return Figure(
            caption: caption(isFirst: position == 0),
            panels: maps.map { loss, map in
                Figure.Panel(title: loss.title, chart: .map(Self.chart(map, x, y)))
            })
    }

    private static func chart(
        _ map: EmbeddingMap, _ x: ClosedRange<Double>, _ y: ClosedRange<Double>
    ) -> MapPlot {
        func title(_ name: String, _ position: Int) -> String {
            let fraction = map.explained.indices.contains(position) ? map.explained[position] : 0
            return "\(name) component, \(Format.percent(fraction, 0))\u{A0}% of the variance"
        }
        return MapPlot(
            groups: map.identities.enumerated().map { position, identity in
                MapPlot.Group(style: SeriesStyle(slot: position), x: identity.x, y: identity.y)
            },
            x: x, y: y, xTitle: title("first", 0), yTitle: title("second", 1))
    }

    private static func extent(_ values: [Double]) -> ClosedRange<Double> {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max(), high > low else { return -1...1 }
        return low...high
    }

    private func caption(isFirst: Bool) -> RichText {
        let map = maps[0].map
        let what: RichText = "\(strong: title): people of \(map.set)."
        guard isFirst else { return what }
        let names = map.identities.enumerated().map { "\($0 + 1)\u{A0}\($1.name)" }
        return what + """
             The \(map.identities.count) with most images, each image a dot, with a number in \
            their colour at their centre: \(names.joined(separator: ", ")). Normalised embeddings of the models with the \
            first seed, projected on the two directions of their largest variance; all panels have \
            the same scale. Points that are apart here are apart; points that coincide may differ in the directions \
            not shown.
            """
    }
}
