"""Whose rows each operation writes that changes something; a new operation gets its place here by a decision.

``event``: rows of an event, whose office is its organisation's. ``office``: rows that carry their maker's office.
``place``: people and bodies, of the office of their locality. ``own``: of the account itself. ``common``: agreements,
anniversaries and localities, which are everybody's.

What the other side of a shared visit may do (answer proposals, write notes, say with ``changeMember`` whether its own
people come and how) writes rows of the event, in its own office's name: the events tried here are shared with nobody,
so it may do nothing. That of a shared one it changes these three fields only: ``test_own_people``.
"""

_DECIDED = """
event createActivity changeActivity deleteActivity
event createArtTroupeVisit changeArtTroupeVisit deleteArtTroupeVisit
event createDelegation changeDelegation deleteDelegation
event createCeremony changeCeremony deleteCeremony
event createTrainingBatch changeTrainingBatch deleteTrainingBatch
event undoChange
event createLearner changeLearner deleteLearner
event createBooking changeBooking deleteBooking approveBooking refuseBooking
event createDocument changeDocument deleteDocument sendDocument
event importCalendarFile importEvents planAgreement
event copyEvent
event acceptEventChanges requestEventConfirmation refuseEventConfirmation transitionEvent
event replaceEstimate approveEstimate returnEstimate reverseEstimate settleEstimate submitEstimate
event createPayment changePayment deletePayment
event createEventFile
event createLink deleteLink acceptSubmission rejectSubmission
event createMember importMembers changeMember deleteMember
event replacePlacements proposePlacements
event replaceProgramme publishProgramme
event createTask changeTask deleteTask
event retryReminder markReminderSeen
event replaceShare deleteShare createLink deleteLink acceptSubmission rejectSubmission
event createProposal acceptProposal declineProposal counterProposal withdrawProposal
office createNote deleteNote strikeNote
office createExchangeRate changeExchangeRate deleteExchangeRate
office createNorm changeNorm deleteNorm
office createObservance changeObservance deleteObservance
office createOfficeHoliday changeOfficeHoliday deleteOfficeHoliday
office createReminderRule previewReminderRule changeReminderRule deleteReminderRule
office createResource changeResource deleteResource
office createTaskTemplate changeTaskTemplate deleteTaskTemplate
office replaceDocumentTemplate deleteDocumentTemplate
office createGift changeGift deleteGift
office createProject changeProject deleteProject createProjectFile
office createAgreementFile createCommitmentFile changeFile deleteFile
office createUser changeUser
office changeOffice
office undoHandOver undoMerge
place createOrganisation changeOrganisation deleteOrganisation handOverOrganisation mergeOrganisation
place createPerson changePerson deletePerson createPersonFile mergePerson
place replaceParticulars deletePassport replacePassport revealPassport
own createSavedView changeSavedView deleteSavedView
own createFeed changeFeed deleteFeed rotateFeed
own changeOwnLeave changeOwnPassword createToken deleteToken
common createAgreement changeAgreement deleteAgreement
common createCommitment changeCommitment deleteCommitment
common createAnniversary changeAnniversary deleteAnniversary
common createLocality changeLocality
"""

WHOSE = {name: line.split()[0] for line in _DECIDED.strip().splitlines() for name in line.split()[1:]}
