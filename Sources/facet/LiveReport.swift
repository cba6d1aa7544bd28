import CommandKit
import FaceReport
import FaceRuns
import FaceStudy
import FaceTraining
import Foundation
import PageServer

/// A live report: a page that follows a study while it runs.
///
/// The page is the report itself, rebuilt when a run or an epoch has finished, with a script that polls for
/// changes once per second. It is rendered by a separate process (``LivePageProcess``), so that it can
/// neither end nor delay a training. Nothing is loaded from anywhere else.
final class LiveReport: @unchecked Sendable {
    /// The state that the page polls once per second.
    private struct Moment: Encodable {
        /// Version of the report, incremented by each change.
        var version = 0
        /// The task in progress, in words.
        var task = "beginning"
        /// Completed units of the current task.
        var done = 0
        /// Total units of the current task; 0 if unknown.
        var total = 0
        /// Details of the current task, e.g. the loss.
        var detail = ""
        /// Whether the study is finished.
        var isOver = false
        /// Number of runs of the whole study.
        var planned = 0
        /// Number of runs that have begun or were finished before.
        var begun = 0
        /// Number of finished runs.
        var finished = 0
        var failed = 0
        /// The study's progress, as text.
        var study = ""
        /// Fraction of the study's work that is done; 0...1.
        var fraction = 0.0
        /// Estimated remaining seconds; nil if unknown.
        var secondsLeft: Double?
        /// The remaining time as text; empty if unknown.
        var left = ""
    }

    private let study: URL
    private let scope: StudyScope
    private let rope: Double
    // Sound because everything below is accessed only while `lock` is held.
    private let lock = NSLock()
    private var moment = Moment()
    private var progress: StudyProgress
    private var run = ""
    private var lastRequest: ContinuousClock.Instant?
    private let isNotified = DispatchSemaphore(value: 0)
    private let rendering = NSLock()
    private var rendered: (version: Int, html: String)?

    /// - Parameter rope: Half width of the report's region of practical equivalence, in points.
    init(_ study: StudyFolder, _ plan: StudyPlan, rope: Double) {
        self.study = study.url
        self.rope = rope
        scope = StudyScope(
            runs: plan.runs.count, seeds: Set(plan.runs.map(\.identity.seed)).count)
        progress = StudyProgress(plan)
    }

    // MARK: The study's side

    func show(_ event: StudyEvent) {
        lock.withLock { progress.receive(event) }
        switch event {
        case .preparing(let what, let done, let total): change(what, done, total)
        case .runStarted(let planned, _, _), .tryStarted(let planned, _):
            lock.withLock {
                run = planned.text
                moment.version += 1
            }
        case .evaluating(_, let test, let done, let total):
            change("\(run): testing on \(test)", done, total)
        case .training(_, .step(let step)):
            change(
                "\(run): epoch \(step.epoch)", step.step, step.steps,
                "loss " + String(format: "%.3f", step.loss))
        case .epochRecorded, .runFailed, .runFinished, .runFinishedElsewhere, .runSkipped,
            .tryEnded:
            lock.withLock { moment.version += 1 }
        default: break
        }
    }

    private func change(_ task: String, _ done: Int, _ total: Int, _ detail: String = "") {
        lock.withLock {
            moment.task = task
            moment.done = done
            moment.total = total
            moment.detail = detail
        }
    }

    /// Announces that the study is finished, and waits briefly until an open page has been notified.
    ///
    /// - Parameter waits: Whether to wait, which is needed if nothing is served afterwards.
    func finish(_ text: String, waits: Bool = true) {
        let isWatched = lock.withLock {
            moment.version += 1
            moment.task = text
            moment.detail = ""
            moment.isOver = true
            return lastRequest.map { $0.duration(to: .now) < .seconds(5) } ?? false
        }
        if isWatched, waits { _ = isNotified.wait(timeout: .now() + 10) }
    }

    // MARK: The browser's side

    /// The page at a path.
    func page(_ path: String) -> Page? {
        switch path {
        case "/", "/index.html": .text(html(), type: "text/html")
        case "/bye": goodbye()
        case "/favicon.ico": .empty
        case "/live.js": .text(LivePage.script, type: "text/javascript")
        case "/page.js": .text(Report.pageScript, type: "text/javascript")
        case "/state": state()
        default: nil
        }
    }

    private func state() -> Page {
        let moment = lock.withLock {
            lastRequest = .now
            var moment = self.moment
            moment.planned = progress.planned
            moment.begun = progress.begun
            moment.finished = progress.finished
            moment.failed = progress.failed
            moment.study = progress.text
            moment.fraction = moment.isOver ? 1 : progress.fraction
            moment.secondsLeft = moment.isOver ? nil : progress.secondsLeft()
            moment.left =
                moment.secondsLeft.map { "about \(ProgressMeter.format(seconds: $0)) left" } ?? ""
            return moment
        }
        let data = (try? JSONEncoder().encode(moment)) ?? Data("{}".utf8)
        return Page(type: "application/json", body: data)
    }

    /// The response to the notification that a page has shown the end of the study.
    private func goodbye() -> Page {
        isNotified.signal()
        return .empty
    }

    /// The current report, rendered once per version.
    private func html() -> String {
        let version = lock.withLock { moment.version }
        return rendering.withLock {
            if let rendered, rendered.version == version { return rendered.html }
            let page =
                switch LivePageProcess.draw(study, scope, rope: rope) {
                case .page(let page): page
                case .failed(let reason): LivePage.failed(reason)
                }
            let html = LivePage.followed(page)
            rendered = (version, html)
            return html
        }
    }
}
