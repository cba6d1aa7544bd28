import FaceReport
import Foundation

/// The pages and the script with which a browser follows a study.
enum LivePage {
    /// The page before there is anything to report.
    static let waiting = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title>The study is starting</title></head>
        <body><main><h1>The study is starting</h1><p>There is nothing to report yet.</p></main></body></html>

        """

    /// The page if the report could not be rendered.
    static func failed(_ reason: String) -> String {
        let text = reason.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>The report could not be rendered</title></head>
            <body><main><h1>The report could not be rendered</h1><p>The study continues. Reason: \(text)</p>
            </main></body></html>

            """
    }

    /// A report's page with the script in its head. The page's own script is also served as a file, since
    /// the content security policy forbids inline scripts.
    static func followed(_ page: String) -> String {
        let own = "<script src=\"/page.js\" defer=\"defer\"></script>"
        let served = page.replacing("<script>\(Report.pageScript)</script>", with: own)
        guard let end = served.range(of: "</head>") else { return served }
        return served.replacingCharacters(
            in: end, with: "<script src=\"/live.js\" defer=\"defer\"></script></head>")
    }

    /// Shows the current progress at the top, and replaces the report's content when there is a new
    /// version. Folded sections and the scroll position are preserved.
    static let script = """
        "use strict";
        (() => {
          const bar = document.createElement("div");
          bar.id = "live";
          bar.setAttribute("role", "status");
          bar.style.cssText = "position:sticky;top:0;z-index:9;padding:.4rem .8rem;margin:0 0 1rem;" +
            "font:.85rem/1.4 system-ui,sans-serif;background:Canvas;color:CanvasText;" +
            "border-bottom:1px solid color-mix(in srgb,CanvasText 25%,transparent)";
          const words = document.createElement("span");
          const meter = document.createElement("progress");
          meter.setAttribute("aria-label", "Progress of the study");
          meter.style.cssText = "width:8rem;margin-right:.6rem;vertical-align:middle";
          bar.append(meter, words);
          document.body.prepend(bar);

          const show = (state) => {
            meter.hidden = state.isOver;
            meter.max = 1;
            meter.value = state.fraction;
            const count = state.total ? `, ${state.done} of ${state.total}` : "";
            const task = state.task + count + (state.detail ? `, ${state.detail}` : "");
            words.textContent = state.isOver
              ? `${state.task} (${state.study})`
              : [`${Math.floor(100 * state.fraction)} %`, state.left, state.study].filter((text) => text)
                  .join(", ") + ": " + task;
          };

          const refresh = async () => {
            const text = await (await fetch("/")).text();
            const fresh = new DOMParser().parseFromString(text, "text/html");
            const open = [...document.querySelectorAll("details")].map((part) => part.open);
            for (const old of [...document.body.children]) if (old !== bar) old.remove();
            document.body.append(...[...fresh.body.children].filter((part) => part.id !== "live"));
            const parts = [...document.querySelectorAll("details")];
            if (parts.length === open.length) parts.forEach((part, i) => { part.open = open[i]; });
            const style = fresh.querySelector("style");
            const mine = document.querySelector("style");
            if (style && !mine) document.head.append(style);
            document.title = fresh.title;
            dispatchEvent(new Event("resize"));
          };

          let version = null;
          const poll = async () => {
            let state;
            try {
              state = await (await fetch("/state")).json();
              if (version !== state.version) {
                if (version !== null) await refresh();
                version = state.version;
              }
            } catch {
              words.textContent = "The study has stopped responding.";
              meter.hidden = true;
              return;
            }
            show(state);
            bar.dataset.version = version;
            bar.dataset.over = state.isOver;
            if (!state.isOver) setTimeout(poll, 1000);
            else await fetch("/bye").catch(() => {});
          };
          poll();
        })();

        """
}
