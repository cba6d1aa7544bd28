extension Frame {
    /// A legend of the kinds of marks, in a row above the data.
    ///
    /// - Parameters:
    ///   - titles: The entries' texts, from the left.
    ///   - keyWidth: Width of a mark of the legend.
    ///   - gap: Distance between a mark and its title.
    ///   - pitch: Distance between the ends of neighbouring titles, minus the title's own width.
    ///   - y: Middle of the row.
    ///   - key: Draws the mark of an entry that begins at an x.
    func rowLegend(
        _ titles: [String], keyWidth: Double, gap: Double, pitch: Double, y: Double,
        key: (_ index: Int, _ x: Double) -> Markup
    ) -> [Markup] {
        var left = self.left
        return titles.enumerated().map { index, title in
            defer { left += Label.width(title) + pitch }
            return .group([
                key(index, left), Mark.text(title, left + keyWidth + gap, y + 3.5),
            ])
        }
    }

    /// A box with one line for each series.
    func boxLegend(
        _ series: [(title: String, style: SeriesStyle)], at corner: (x: Double, y: Double)
    )
        -> Markup
    {
        let size = BoxLegend.size(series.map(\.title))
        return element("g", ["class": "names"]) {
            Mark.rectangle("legend", corner.x, corner.y, width: size.width, height: size.height)
            for (index, entry) in series.enumerated() {
                let y = corner.y + 12 + Double(index) * BoxLegend.lineHeight
                Mark.path(entry.style, [(corner.x + 6, y), (corner.x + 30, y)])
                Mark.point(entry.style, corner.x + 18, y, size: 3)
                Mark.text(Label.short(entry.title), corner.x + 36, y + 3.5)
            }
        }
    }
}

/// The dimensions of a legend in a box.
enum BoxLegend {
    static let lineHeight = 15.0

    static func size(_ titles: [String]) -> (width: Double, height: Double) {
        (
            width: (titles.map { Label.width(Label.short($0)) }.max() ?? 0) + 40,
            height: Double(titles.count) * lineHeight + 8
        )
    }
}
