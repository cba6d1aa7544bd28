/// The style of charts: colours as CSS custom properties, and the rules of their marks.
package enum ChartStyle {
    /// The custom properties of a colour scheme.
    package static func variables(_ scheme: Palette.Scheme) -> String {
        let named = [
            ("paper", scheme.background), ("ink", scheme.ink), ("muted", scheme.muted),
            ("rule", scheme.rule), ("grid", scheme.grid), ("box", scheme.panel),
            ("link", scheme.link), ("edge", scheme.rule + "80"),
        ]
        let series = scheme.series.enumerated().map { ("s\($0)", $1) }
        return (named + series).map { "--\($0):\($1)" }.joined(separator: ";")
    }

    /// The colours of the series.
    package static var colors: String {
        (0..<Palette.count).map { ".c\($0){--c:var(--s\($0))}" }.joined() + "\n"
    }

    /// The rules of drawings, also included in separate files.
    package static let rules = """
        figure{margin:2.2rem 0 2.6rem}
        .panels{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1.4rem 1.5rem}
        .panels.single{max-width:26rem;grid-template-columns:1fr}
        .panel .title{font-size:.875rem;font-weight:600;margin:0 0 .45rem;line-height:1.3}
        .panel svg{display:block;width:100%;height:auto;overflow:visible}
        figcaption{color:var(--muted);font-size:.84rem;line-height:1.5;margin-top:.8rem;
        max-width:46rem}
        .keys{list-style:none;margin:0 0 1rem;padding:0;display:flex;flex-wrap:wrap;
        gap:.3rem 1.4rem;font-size:.84rem}
        .keys li{display:flex;align-items:center}
        .data{border:0;margin-top:.3rem}.data summary{color:var(--muted);font-size:.8rem}
        .data .table{margin:.6rem 0}
        svg text{font-size:11px;fill:var(--ink);font-variant-numeric:tabular-nums lining-nums}
        .axis text{fill:var(--muted)}
        svg .best{font-weight:700}
        svg .grid{stroke:var(--grid);stroke-width:1}
        svg .base,svg .tick{stroke:var(--rule);stroke-width:1}
        svg .zero{stroke:var(--ink);stroke-width:1}
        .series{fill:none;stroke:var(--c);stroke-width:1.7;stroke-linejoin:round}
        .neutral{fill:none;stroke:var(--ink);stroke-width:1.2;stroke-linejoin:round}
        .joint .series{stroke-width:1;opacity:.6}
        .band{fill:var(--c);opacity:.13;stroke:none}
        .point{fill:var(--c);stroke:var(--paper);stroke-width:.7}
        .hollow{fill:var(--paper);stroke:var(--c);stroke-width:1.3}
        .whisker{stroke:var(--c);stroke-width:1.4}
        .together{stroke:var(--ink);stroke-width:4;stroke-linecap:round}
        .stem{stroke:var(--c);stroke-width:1.4;opacity:.55}
        .seed{stroke:var(--c);stroke-width:1.1}
        .leader{fill:none;stroke:var(--c);stroke-width:.7;opacity:.6}
        svg .name{fill:var(--c);font-weight:600}
        .legend{fill:var(--paper);opacity:.88}
        .interval{fill:var(--ink);opacity:.1}
        .middle{stroke:var(--paper);stroke-width:2}
        .median{stroke:var(--c);stroke-width:2}
        .frame{fill:none;stroke:var(--grid);stroke-width:1}
        .part{fill:var(--c);stroke:var(--paper);stroke-width:.7}
        .neither{fill:var(--grid);stroke:var(--rule);stroke-width:.7}
        svg .inside{fill:var(--paper);font-weight:600}
        .ring{fill:none;stroke:var(--ink);stroke-width:1.5}
        .guide{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3;opacity:.75}
        .lost{fill:none;stroke:var(--muted);stroke-width:1.4}
        .dots{fill:none;stroke:var(--c);stroke-width:6;stroke-linecap:round;opacity:.8}
        svg .spot{fill:var(--c);font-weight:700;font-size:12px;paint-order:stroke;stroke:var(--paper);
        stroke-width:4px;stroke-linejoin:round}

        """

    /// The rules that a chart in a separate file needs.
    static var standalone: String {
        """
        :root{color-scheme:light dark;\(variables(Palette.light))}
        @media (prefers-color-scheme:dark){:root{\(variables(Palette.dark))}}
        svg{background:var(--paper);font-family:system-ui,"Liberation Sans",Arial,sans-serif}

        """ + colors + rules
    }

    /// The drawings' rules for paper, with those of series repeated for each colour.
    static let paper: String = {
        let rules = Self.rules.split(separator: "}").map { rule in
            rule.split(separator: "{", maxSplits: 1).map(String.init)
        }.filter { $0.count == 2 }
        let written = rules.flatMap { rule -> [String] in
            let (selector, body) = (rule[0].filter { $0 != "\n" }, named(rule[1]))
            guard body.contains("var(--c)") else { return ["\(selector){\(body)}"] }
            return Palette.light.series.enumerated().map { index, color in
                let selectors = selector.split(separator: ",").map { "\($0).c\(index)" }
                let body = body.replacing("var(--c)", with: color)
                return "\(selectors.joined(separator: ",")){\(body)}"
            }
        }
        return (["svg{font-family:Helvetica,Arial,\"Liberation Sans\",sans-serif}"] + written)
            .joined(separator: "\n")
    }()

    private static func named(_ body: String) -> String {
        let scheme = Palette.light
        let colors = [
            ("paper", "#ffffff"), ("ink", scheme.ink), ("muted", scheme.muted),
            ("rule", scheme.rule), ("grid", scheme.grid), ("box", scheme.panel),
            ("link", scheme.link),
        ]
        return colors.reduce(body) { $0.replacing("var(--\($1.0))", with: $1.1) }
    }
}
