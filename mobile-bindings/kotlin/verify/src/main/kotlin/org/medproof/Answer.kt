package org.medproof

/** A verdict by what is to be done about it: `when` over it names every case. */
sealed interface Answer {
    /** The verdict with its reasons and axes. */
    val verdict: Verdict

    /** Registered, proved, current, and nothing speaks against this purpose. */
    data class Ok(override val verdict: Verdict) : Answer

    /** Something has to be cleared up first. */
    data class Warn(override val verdict: Verdict) : Answer

    /** Not to be taken, sold, given out or taken in; this counts even when it is old. */
    data class DoNotUse(override val verdict: Verdict) : Answer

    /** The product is proved not to be in this register: neither good nor bad. */
    data class Unknown(override val verdict: Verdict) : Answer

    /** The check failed, or good news is too old: this says nothing about the medicine. */
    data class CannotTell(override val verdict: Verdict) : Answer
}

/** The verdict as one of the five answers. A word that this version does not know is no answer. */
val Verdict.answer: Answer
    get() = when (overall) {
        "ok" -> Answer.Ok(this)
        "warn" -> Answer.Warn(this)
        "do-not-use" -> Answer.DoNotUse(this)
        "unknown" -> Answer.Unknown(this)
        else -> Answer.CannotTell(this)
    }

/** Core's stable code of what was refused. */
val ClientException.code: String
    get() = when (this) {
        is ClientException.Malformed -> code
        is ClientException.Untrusted -> code
    }
