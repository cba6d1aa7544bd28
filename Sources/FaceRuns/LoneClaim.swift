public import SafeFiles

/// A command's claim on a study that no worker may have at the same time, e.g. to take other runs into it.
public final class LoneClaim {
    /// The process that works on the study; nil when it is claimed.
    public let obstacle: ProcessIdentity?
    private let study: StudyFolder
    private let lease: Lease?
    private let keeper: LeaseKeeper

    /// Claims a study. Where workers have left leases, whose processes may still be working,
    /// that is waited for, at most as long as the clock's limit.
    ///
    /// - Parameter pause: Lets time pass.
    public init(
        _ study: StudyFolder, _ clock: LeaseClock = LeaseClock(), pause: (Duration) -> Void
    ) throws(FaceRunsError) {
        self.study = study
        let watch = LeaseWatch(clock)
        keeper = LeaseKeeper(clock)
        let unknown = ProcessIdentity(host: "unknown", process: 0, since: "")
        while true {
            let url = study.aloneURL
            let (taken, other) = try FaceRunsError.storing { () throws(SafeFilesError) in
                let lease = try Lease.take(url, watch)
                guard lease == nil, try watch.isAlive(url) else {
                    return (lease, nil as ProcessIdentity?)
                }
                guard case .held(let holder) = try watch.state(of: url) else { return (nil, nil) }
                return (nil, holder ?? unknown)
            }
            if taken != nil || other != nil {
                lease = taken
                if let taken { keeper.keep(taken) }
                obstacle = taken == nil ? other : try Self.worker(of: study, watch, pause)
                break
            }
            pause(clock.glance)
        }
        if obstacle != nil { release() }
    }

    deinit { release() }

    /// Gives the study back.
    public func release() {
        lease?.release()
        study.removeWorkersIfLast()
    }

    /// A worker that certainly exists; waits until that is known about all.
    private static func worker(
        of study: StudyFolder, _ watch: LeaseWatch, _ pause: (Duration) -> Void
    ) throws(FaceRunsError) -> ProcessIdentity? {
        while true {
            var isUnclear = false
            for token in study.workerTokens {
                let url = study.workerURL(token)
                let (state, isAlive) = try FaceRunsError.storing { () throws(SafeFilesError) in
                    (try watch.state(of: url), try watch.isAlive(url))
                }
                switch state {
                case .free: break
                case .held(let holder):
                    if isAlive { return holder }
                    isUnclear = true
                case .leftBehind:
                    try FaceRunsError.storing { () throws(SafeFilesError) in
                        try Lease.take(url, watch)?.release()
                    }
                }
            }
            guard isUnclear else { return nil }
            pause(watch.clock.glance)
        }
    }
}
