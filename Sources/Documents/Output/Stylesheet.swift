import Charts

/// The page's style: one column of text like a paper's, tables with rules as in booktabs, and figures with
/// two panels per row that stack on a narrow screen.
enum Stylesheet {
    static var text: String {
        """
        :root{color-scheme:light dark;\(ChartStyle.variables(Palette.light))}
        @media (prefers-color-scheme:dark){:root{\(ChartStyle.variables(Palette.dark))}}

        """ + ChartStyle.colors + page + tables + ChartStyle.rules + gallery + narrow
    }

    private static let page = """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0 auto;padding:4rem 1.5rem 6rem;max-width:54rem;background:var(--paper);
        color:var(--ink);font:1.0625rem/1.6 "Iowan Old Style","Palatino Linotype",Palatino,
        "URW Palladio L",P052,"Book Antiqua","Source Serif 4",Georgia,"Liberation Serif",serif;
        font-feature-settings:"kern","liga"}
        h1{font-size:2.25rem;line-height:1.15;font-weight:600;letter-spacing:-.012em;
        margin:0 0 1rem;text-wrap:balance;
        overflow-wrap:anywhere}
        h2{font-size:1.45rem;line-height:1.25;font-weight:600;margin:4rem 0 .8rem}
        h3{font-size:1.12rem;font-weight:600;margin:2.4rem 0 .5rem}
        p,ul.plain,ul.caveats{max-width:42rem;margin:.8rem 0}
        p,li,dd,figcaption{hanging-punctuation:first;overflow-wrap:break-word}
        .deck{color:var(--muted);font-size:1.15rem;line-height:1.5;margin:0 0 1.8rem}
        a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:.06em}
        nav ul{list-style:none;margin:0;padding:.8rem 0;display:flex;flex-wrap:wrap;
        gap:.25rem 1.3rem;border-block:1px solid var(--grid)}
        nav,figure,details,dl,pre,code,.keys,footer{font-family:-apple-system,BlinkMacSystemFont,
        "Segoe UI",Roboto,"Helvetica Neue",Inter,"Liberation Sans",Arial,system-ui,sans-serif}
        nav{font-size:.875rem}
        nav a{text-decoration:none}nav a:hover{text-decoration:underline}
        ul.plain{padding-left:1.15rem}
        ul.caveats{list-style:none;padding:.9rem 1.2rem;background:var(--box);border-radius:4px;
        font-size:.97rem;line-height:1.5}
        ul.caveats li+li{margin-top:.55rem}
        code,pre{font-family:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,
        "Liberation Mono",monospace;font-size:.86em}
        code{overflow-wrap:anywhere}
        p code{white-space:nowrap}
        pre{font-size:.78rem;line-height:1.5;background:var(--box);border-radius:4px;
        padding:.8rem 1rem;margin:.6rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
        pre code{font-size:inherit}
        details{font-size:.875rem;line-height:1.5;border-bottom:1px solid var(--grid)}
        summary{cursor:pointer;padding:.4rem 0;font-variant-numeric:tabular-nums}
        details[open]{padding-bottom:.8rem}
        details p,details li{font-size:inherit}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.5rem 0}
        dt{color:var(--muted)}dd{margin:0;min-width:0;overflow-wrap:anywhere}
        .skip{position:absolute;left:-99rem;top:.5rem;z-index:99;padding:.4rem .8rem;
        background:var(--paper)}
        .skip:focus{left:.5rem}
        main:focus{outline:none}
        footer{margin-top:5rem;color:var(--muted);font-size:.8rem}
        :focus-visible{outline:2px solid var(--link);outline-offset:3px}

        """

    private static let tables = """
        .table{margin:2rem 0}
        .scroll{overflow-x:auto;scrollbar-width:thin;background:
        linear-gradient(to right,var(--paper) 50%,transparent) 0 0/1.5rem 100% no-repeat local,
        linear-gradient(to left,var(--paper) 50%,transparent) 100% 0/1.5rem 100% no-repeat local,
        linear-gradient(to right,var(--edge),transparent) 0 0/1rem 100% no-repeat scroll,
        linear-gradient(to left,var(--edge),transparent) 100% 0/1rem 100% no-repeat scroll}
        .table figcaption{margin:0 0 .65rem}
        table{border-collapse:separate;border-spacing:0;font-size:.875rem;line-height:1.35;
        font-variant-numeric:tabular-nums lining-nums;border-block:1.6px solid var(--ink)}
        figcaption b{color:var(--ink);font-weight:600}
        th,td{padding:.27rem .75rem;font-weight:400;white-space:nowrap;vertical-align:baseline}
        tr>:first-child{padding-left:.25rem}tr>:last-child{padding-right:.25rem}
        .long,.long span{white-space:normal;min-width:11rem}
        .n{text-align:right}.w{text-align:left}
        thead tr:last-child>*{border-bottom:.8px solid var(--ink);color:var(--muted);
        padding-bottom:.35rem;vertical-align:bottom;white-space:normal}
        thead tr:first-child>*{padding-top:.35rem}
        .groups th{text-align:center;padding-bottom:.1rem}
        .groups th span{display:block;border-bottom:.8px solid var(--rule);padding:0 .3rem .15rem}
        tbody+tbody tr:first-child>*{border-top:.8px solid var(--rule)}
        .group th{text-align:left;font-style:italic;padding-top:.5rem}
        tbody tr:first-child>*{padding-top:.4rem}
        tbody tr:last-child>*{padding-bottom:.4rem}
        td strong,th strong{font-weight:700}
        .detail{color:var(--muted);font-size:.86em;display:inline-block;min-width:3.4em;
        text-align:left;padding-left:.35em;white-space:pre}.filling{visibility:hidden}
        .key{width:28px;height:12px;margin-right:.5em;vertical-align:-1px;flex:none}

        """

    private static let gallery = """
        .gallery{list-style:none;margin:1.2rem 0 2.4rem;padding:0;display:grid;gap:1.3rem 1.1rem;
        grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));font-family:-apple-system,
        BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Inter,"Liberation Sans",Arial,
        system-ui,sans-serif;font-size:.8rem;line-height:1.4}
        .gallery li{min-width:0;break-inside:avoid}
        .gallery .faces{display:grid;grid-template-columns:1fr 1fr;gap:2px;border-radius:6px;
        overflow:hidden;background:var(--grid)}
        .gallery img{display:block;width:100%;height:auto;aspect-ratio:1}
        .gallery .gone{aspect-ratio:1;display:grid;place-items:center;color:var(--muted)}
        .gallery p{margin:.4rem 0 0;max-width:none;display:flex;flex-wrap:wrap;
        justify-content:space-between;gap:0 .6rem;font-variant-numeric:tabular-nums}
        .gallery strong{white-space:nowrap}
        .gallery .names{color:var(--muted);display:block;margin:.15rem 0 0}
        .gallery .names span{display:block;overflow-wrap:anywhere}
        .gallery .limit{color:var(--muted);white-space:nowrap}.gallery p.limit{white-space:normal}

        """

    private static var narrow: String {
        """
        @media screen and (max-width:46rem){
        body{padding:2rem 1rem 4rem;font-size:1rem}
        h1{font-size:1.7rem}h2{margin-top:3rem}
        .panels{grid-template-columns:minmax(0,1fr)}
        .gallery{grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:1.1rem .9rem}
        th,td{padding-inline:.45rem}
        tr>th[scope=row],tr>td:first-child,thead tr:last-child>th:first-child{position:sticky;
        left:0;background:var(--paper);z-index:1}
        tbody+tbody tr:first-child>*{position:relative;z-index:2}
        dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}
        }
        @page{margin:14mm}
        @media print{
        :root{color-scheme:light;\(ChartStyle.variables(Palette.light));--paper:#fff}
        html{font-size:10pt}
        body{max-width:none;padding:0;font-size:1rem}nav,.skip,#live{display:none}
        .panels{padding-right:1rem}.scroll{overflow:visible;background:none}
        table{max-width:100%;font-size:7.5pt}
        th,td,.long,.long span{white-space:normal;min-width:0;padding-inline:.3rem;
        overflow-wrap:break-word}
        .detail{min-width:0;white-space:normal}
        .key{width:20px}
        figure.table{break-inside:auto}thead{display:table-header-group}tr{break-inside:avoid}
        .panel,.gallery li,figcaption,ul.caveats{break-inside:avoid}
        h2,h3,h3+p,summary,.table figcaption,.keys,.panels,tbody tr:first-child,
        tr:nth-last-child(2){break-after:avoid}
        }
        """
    }
}
