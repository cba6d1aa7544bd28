/// The report's colours, in a light and a dark scheme.
///
/// The hues are those of Okabe and Ito (2008), which colour-blind readers can distinguish, with the
/// lightness adjusted until each has a contrast of at least 4.5 : 1 with its background (WCAG 2.1,
/// criterion 1.4.3), since series are named in their colours.
package enum Palette {
    /// A colour scheme; colours are `#RRGGBB`.
    package struct Scheme: Sendable {
        package let background: String
        /// Colour of text.
        package let ink: String
        /// Colour of secondary text.
        package let muted: String
        /// Rules of tables and axes.
        package let rule: String
        /// Lines behind the data.
        package let grid: String
        /// Background of boxes.
        package let panel: String
        package let link: String
        /// Colours of the series.
        package let series: [String]
    }

    /// Number of colours of the series.
    package static var count: Int { light.series.count }

    package static let light = Scheme(
        background: "#fffefb", ink: "#1c1b19", muted: "#66625b", rule: "#8c877e", grid: "#e7e3da",
        panel: "#f6f3ec", link: "#0b5c94",
        series: [
            "#55524d", "#0072b2", "#00815a", "#c94600", "#a94a86", "#8c6a00", "#1f7ba2", "#7a5cc0",
        ])

    package static let dark = Scheme(
        background: "#161513", ink: "#ece8e0", muted: "#a8a297", rule: "#7d776d", grid: "#322f2b",
        panel: "#211f1c", link: "#7cbcec",
        series: [
            "#c9c4bb", "#469fdc", "#35bd90", "#f5864a", "#eba0cd", "#d6b033", "#7fd0ee", "#b5a0f0",
        ])
}
